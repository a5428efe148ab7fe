import { readConfig } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { openHandles } from '../../src/images/handles.ts'
import { imagePath } from '../../src/images/image-path.ts'
import type { ImageReference } from '../../src/images/references.ts'
import { identitiesOf } from '../../src/providers.ts'
import { padding } from '../../src/seal.ts'

/** What a link is for, as the server with that environment alone can read it. */
export async function referenceIn(environment: Environment, link: string): Promise<ImageReference> {
  const { providers, images } = readConfig({ ISOTHERM_SANDBOX: 'off', ...environment })
  const handles = openHandles({ ...images, identities: identitiesOf(providers) })
  const handle = new URL(link).pathname.slice(imagePath.length)
  const { reference, expiresAt } = await handles.read(handle)
  // The server ignores what else a link may hold, and so would whoever looks for secrets in the reference.
  const [, , , encrypted = ''] = handle.split('.')
  const exp = Number.isFinite(expiresAt) ? expiresAt / 1000 : undefined
  const known = JSON.stringify({ picture: reference, exp }) + spacesOf(reference)
  if (Buffer.from(encrypted, 'base64url').length !== Buffer.byteLength(known))
    throw new TypeError(`The link holds more than what it is for: ${known}`)
  return reference
}

/** What hides the length of words about people. */
function spacesOf(reference: ImageReference): string {
  if (reference.provider !== 'aura-vision') return ''
  const { role, age, gender, roles, ages, genders } = reference
  return padding({ role, age, gender, roles, ages, genders })
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
