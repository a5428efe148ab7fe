import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { installDebianPackage } from '../support/debian-package.ts'

const executable = '/usr/bin/chromium'

export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** Every URL that was asked for beyond this machine; nothing is sent there. */
  readonly outside: readonly string[]
  /** Every error in the browser's console and every exception that no page caught. */
  readonly complaints: readonly string[]
}

/** Installs Debian's Chromium where it is missing: give the hook `installMilliseconds`. */
export function installChromium(): Promise<void> {
  return installDebianPackage('chromium', executable)
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
