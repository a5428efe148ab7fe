import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type Page } from 'playwright-core'

const executable = '/usr/bin/chromium'
/** How long a machine without Chromium may take to get it. */
export const installMilliseconds = 600_000

export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** Every URL that was asked for beyond this machine; nothing is sent there. */
  readonly outside: readonly string[]
  /** Every error in the browser's console and every exception that no page caught. */
  readonly complaints: readonly string[]
}

/** Installs Debian's Chromium where it is missing. Rejects with a sentence that says what to do when it cannot. */
export async function installChromium(): Promise<void> {
  if (existsSync(executable)) return
  const command = 'apt-get update && apt-get install -y --no-install-recommends chromium'
  const needed = `The browser tests need Chromium at ${executable}; it comes with: ${command}`
  if (process.getuid?.() !== 0) throw new Error(`${needed} (which only root can run)`)
  try {
    await promisify(execFile)('sh', ['-c', command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: installMilliseconds,
      maxBuffer: Number.POSITIVE_INFINITY,
    })
  } catch (cause) {
    throw new Error(`${needed} (which failed here)`, { cause })
  }
  if (!existsSync(executable)) throw new Error(`${needed} (which put none there)`)
}

/** Opens a browser that was never anywhere, with one empty page. */
export async function openChromium(): Promise<Visit> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'isotherm-chromium-'))
  resources.defer(() => rm(folder, { recursive: true, maxRetries: 10 }))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: executable,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  })
  resources.defer(() => context.close())

  const outside: string[] = []
  const complaints: string[] = []
  const note = (url: string) => {
    if (!isHere(url) && !outside.includes(url)) outside.push(url)
  }
  context.on('request', request => note(request.url()))
  context.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  context.on('weberror', error => complaints.push(String(error.error())))
  await context.route(
    url => !isHere(url.href),
    route => {
      note(route.request().url())
      return route.abort()
    },
  )
  await context.routeWebSocket(
    url => !isHere(url.href),
    socket => {
      note(socket.url())
      return socket.close()
    },
  )
  const page = context.pages()[0] ?? (await context.newPage())
  const owned = resources.move()
  return { page, outside, complaints, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function isHere(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return ['data:', 'blob:', 'about:'].includes(protocol) || ['127.0.0.1', 'localhost'].includes(hostname)
}
