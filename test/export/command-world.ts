import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Environment } from '../../src/config/environment.ts'
import { sandboxCatalog } from '../../src/sandbox/catalog.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox.ts'
import { emptyFolder } from '../support/child.ts'

export interface CommandWorld {
  readonly sandbox: Sandbox
  /** Empty before each test. */
  readonly folder: string
  readonly environment: Environment
}

/** What commands of the tests of a file ask: the sandbox, with its catalog. */
export function openCommandWorld(): CommandWorld {
  const resources = new AsyncDisposableStack()
  let sandbox: Sandbox | undefined
  let [folder, catalog] = ['', '']
  beforeAll(async () => {
    sandbox = resources.use(await startSandbox())
    catalog = join(await emptyFolder(resources), 'catalog.yaml')
    await writeFile(catalog, sandboxCatalog())
  })
  afterAll(() => resources.disposeAsync())
  beforeEach(async () => {
    folder = await emptyFolder(resources)
    for (const { journal } of sandbox?.emulators ?? []) journal.clear()
  })
  const started = () => {
    if (!sandbox) throw new Error('The sandbox runs in tests only.')
    return sandbox
  }
  return {
    get sandbox() {
      return started()
    },
    get folder() {
      return folder
    },
    get environment() {
      return {
        ISOTHERM_SANDBOX: 'off',
        ISOTHERM_CATALOG: catalog,
        ISOTHERM_BREAKER: 'off',
        ...started().environment(),
      }
    },
  }
}
