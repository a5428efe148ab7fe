import { readFileSync } from 'node:fs'

// Loaded into a process before anything of its own. Unlike `maxRSS`, it counts nothing of the parent's.
process.once('exit', () => {
  const [line] = /VmHWM:.*/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  console.log(line)
})
