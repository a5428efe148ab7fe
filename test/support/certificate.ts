import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installDebianPackage } from './debian-package.ts'

/** Installs Debian's openssl where it is missing: give the hook `installMilliseconds`. */
export function installOpenssl(): Promise<void> {
  return installDebianPackage('openssl', '/usr/bin/openssl')
}

/** One that vouches for itself, with its key, for a day. */
export async function certificateFor(name: string, folder: string) {
  const key = join(folder, 'key.pem')
  const cert = join(folder, 'cert.pem')
  const words = `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=${name} -addext subjectAltName=DNS:${name}`
  await promisify(execFile)('openssl', [...words.split(' '), '-keyout', key, '-out', cert])
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
}
