import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

// Loaded into a process before anything of its own: when it ends, it says which packages and files of ours it has loaded.
const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    const name =
      /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /\/((?:src|schema)\/.*)/.exec(url)?.[1]
    if (name) loaded.add(name)
    return next(url, context)
  },
})
process.once('exit', () => writeSync(1, `loaded: ${JSON.stringify([...loaded])}\n`))
