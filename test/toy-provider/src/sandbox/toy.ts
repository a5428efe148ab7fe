import { type Emulator, serveEmulator } from './emulator.ts'

const key = 'toy_sandbox_key'

/** Emulates a made-up vendor that knows toys by number. */
export async function serveToy(): Promise<Emulator> {
  return serveEmulator({
    provider: 'toy',
    routes: {
      'GET /toys/:id': ({ params: { id }, headers }) => {
        if (headers['x-key'] !== key) return { status: 401 }
        return { body: { toy_id: Number(id), toy_name: `Toy ${id}` } }
      },
    },
    environment: origin => ({ TOY_KEY: key, TOY_URL: origin }),
  })
}
