import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { installMilliseconds, installPackages } from './support/foreign-package.ts'

beforeAll(() => installPackages(), installMilliseconds)

test('the scripts that run what others wrote have no type error', async () => {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'test/foreign']
  await promisify(execFile)(process.execPath, tsc).catch(({ stdout }) => expect.unreachable(stdout))
})

test('what others wrote is no part of an install of Isotherm', async () => {
  const packages = async (file: string) => {
    const { dependencies, devDependencies }: Record<string, object> = JSON.parse(await readFile(file, 'utf8'))
    return Object.keys({ ...dependencies, ...devDependencies })
  }
  const own = new Set(await packages('package.json'))
  const shared = (await packages('test/foreign/package.json')).filter(name => own.has(name))
  expect(shared).toEqual(['graphql', 'graphql-yoga'])
})

test('its lockfile names no place to download from', async () => {
  const lockfile = await readFile('test/foreign/package-lock.json', 'utf8')
  expect(lockfile).not.toContain('"resolved"')
  expect(lockfile).toContain('"integrity"')
})
