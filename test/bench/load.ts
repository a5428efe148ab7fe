import { z } from 'zod'
import { askerNames } from './askers.ts'
import { onOrder } from './orders.ts'
import { questions } from './questions.ts'
import { printRequest, RawConnection } from './raw-connection.ts'

/** Asks one question over and over. What is answered is read and thrown away: the time is the server's. */
const order = z.object({
  origin: z.string(),
  question: z.enum(['websites', 'large', 'points', 'columns']),
  asker: z.enum(askerNames),
  /** No two loads of one server share a number. */
  first: z.int(),
  milliseconds: z.int(),
  /** How many requests differ, after which they begin again; by default all. */
  different: z.int().optional(),
  /** How many are under way at once; by default as many as the question says. */
  connections: z.int().optional(),
  /** The header of that name. */
  authorization: z.string().optional(),
})

onOrder('load', async value => {
  const { origin, question, asker, first, milliseconds, different, ...given } = order.parse(value)
  const { connections, [askedAs(asker)]: request } = questions[question]
  const { host } = new URL(origin)
  const headers = given.authorization === undefined ? {} : { authorization: given.authorization }
  const texts = Array.from({ length: different ?? 0 }, (_, n) => printRequest(request(n), host, headers))
  const textOf = (n: number) => texts[n % texts.length] ?? printRequest(request(n), host, headers)
  using resources = new DisposableStack()
  const opening = Array.from({ length: given.connections ?? connections }, () => RawConnection.open(origin))
  const opened = (await Promise.all(opening)).map(connection => resources.use(connection))
  const worked = process.cpuUsage()
  const durations: number[] = []
  const start = performance.now()
  let next = first
  const ask = async (connection: RawConnection) => {
    for (let asked = performance.now(); asked - start < milliseconds; ) {
      await connection.ask(textOf(next++))
      const answered = performance.now()
      durations.push(answered - asked)
      asked = answered
    }
  }
  await Promise.all(opened.map(ask))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(worked)
  durations.sort((one, other) => one - other)
  const at = (share: number) => durations[Math.floor(share * (durations.length - 1))] ?? 0
  return {
    requests: durations.length,
    seconds,
    median: at(0.5),
    percentile99: at(0.99),
    processorShare: (user + system) / 1e6 / seconds,
  }
})

/** Peers are asked as Isotherm is. */
function askedAs(asker: (typeof askerNames)[number]): 'proxy' | 'isotherm' {
  return asker === 'proxy' ? 'proxy' : 'isotherm'
}

// Orders are all that it lives for.
process.channel?.ref()
