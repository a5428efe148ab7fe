import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { originOf, startChild } from '../support/child.ts'
import { pageFiles } from '../support/page-files.ts'

test.each(['zstd', 'br', 'gzip'])('the first visit of the page by %s takes little memory', async coding => {
  await using isotherm = await startChild('main.ts', { PORT: '0' })
  const origin = await originOf(isotherm)
  const before = await peakOf(isotherm.process.pid)
  const names = await pageFiles(origin)
  const responses = names.map(async name => {
    const response = await fetch(`${origin}/page/${name}`, { headers: { 'accept-encoding': coding } })
    expect(response.status).toBe(200)
    await response.text()
  })
  await Promise.all(responses)
  expect((await peakOf(isotherm.process.pid)) - before).toBeLessThan(150)
})

/** The most memory that a process ever took, in MiB. */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}
