import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import { message } from './orders.ts'

/** A process of the bench, which ends with its scope. */
export interface BenchProcess extends AsyncDisposable {
  /** Has an order carried out and answers with what came of it. Rejects when the process ends before that. */
  order<Schema extends z.ZodType>(order: string, answer: Schema, value?: unknown): Promise<z.output<Schema>>
}

export interface BenchServer extends BenchProcess {
  /** `http://<host>:<port>` */
  readonly origin: string
}

const folder = import.meta.dirname

interface Start {
  readonly environment?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
  /** Options of Node's own. */
  readonly options?: readonly string[]
  /** What it says when it dies is not wanted. */
  readonly isMute?: boolean
  /** What it writes to its log is read and thrown away. */
  readonly isRead?: boolean
}

/** Runs a script, by its path from this folder, with nothing else in its environment. */
export async function startProcess(script: string, start: Start = {}): Promise<BenchProcess> {
  return (await startChild(script, start)).process
}

/** The same, once it says where it listens. */
export async function startServer(script: string, start: Start = {}): Promise<BenchServer> {
  const { child, process, ended } = await startChild(script, start)
  await using resources = new AsyncDisposableStack()
  resources.use(process)
  if (!child.stdout) throw new TypeError('A server has a standard output.')
  const lines = createInterface(child.stdout)
  const said = new Promise<string>(announce => {
    lines.on('line', line => {
      const origin = /listens on (http:\/\/[^/]+)/.exec(line)?.[1]
      if (origin) announce(origin)
    })
  })
  const origin = await Promise.race([said, ended])
  resources.move()
  return { ...process, origin }
}

async function startChild(script: string, start: Start) {
  const { environment = {}, arguments: args = [], options = [], isMute = false, isRead = false } = start
  const child = fork(resolve(folder, script), [...args], {
    env: { PATH: process.env.PATH, ...environment },
    execArgv: ['--import', join(folder, 'scales.ts'), ...options],
    stdio: ['ignore', 'pipe', isRead ? 'pipe' : isMute ? 'ignore' : 'inherit', 'ipc'],
  })
  child.stderr?.resume()
  const closed = once(child, 'close')
  const ended = closed.then((): never => {
    throw new Error(`${script} ended before it answered.`)
  })
  ended.catch(() => undefined)
  const bench: BenchProcess = {
    async order(order, answer, value) {
      const received = new Promise<unknown>(receive => {
        child.on('message', function hear(text) {
          const told = message.parse(text)
          if (told.order !== order) return
          child.off('message', hear)
          receive(told.value)
        })
      })
      // A process that just ended cannot be sent anything: `ended` tells so.
      child.send({ order, value }, () => undefined)
      return answer.parse(await Promise.race([received, ended]))
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await closed
    },
  }
  return { child, process: bench, ended }
}
