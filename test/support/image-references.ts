import { type Environment, readConfig } from '../../src/config/config.ts'
import { openHandles } from '../../src/images/handles.ts'
import { imagePath } from '../../src/images/image-path.ts'
import type { ImageReference } from '../../src/images/references.ts'
import { identitiesOf } from '../../src/providers.ts'

/** What a link is for, as the server with that environment alone can read it. */
export async function referenceIn(environment: Environment, link: string): Promise<ImageReference> {
  const { providers, images } = readConfig({ ISOTHERM_SANDBOX: 'off', ...environment })
  const handles = openHandles({ ...images, identities: identitiesOf(providers) })
  const { reference } = await handles.read(new URL(link).pathname.slice(imagePath.length))
  return reference
}

/** The same of every link in a text, by the link. */
export async function referencesIn(
  environment: Environment,
  text: string,
): Promise<ReadonlyMap<string, ImageReference>> {
  const links = [...new Set(text.match(/http:[^"]+\/images\/[^"]+/g))]
  return new Map(
    await Promise.all(links.map(async link => [link, await referenceIn(environment, link)] as const)),
  )
}
