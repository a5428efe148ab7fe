import { afterAll, beforeAll, vi } from 'vitest'
import { installChromium } from '../../browser/chromium.ts'
import { installMilliseconds } from '../../support/debian-package.ts'
import { type Served, serve } from '../../support/serving.ts'

/** Serves the page to all tests of a file, in which browsers are used. */
export function servePage(...settings: Parameters<typeof serve>): Pick<Served, 'origin'> {
  const resources = new AsyncDisposableStack()
  let served: Served | undefined
  vi.setConfig({ testTimeout: 120_000 })
  beforeAll(installChromium, installMilliseconds)
  beforeAll(async () => {
    served = resources.use(await serve(...settings))
  })
  afterAll(() => resources.disposeAsync())
  return {
    get origin() {
      if (!served) throw new Error('The page is served to tests only.')
      return served.origin
    },
  }
}
