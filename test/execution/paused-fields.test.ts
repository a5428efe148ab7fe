import DataLoader from 'dataloader'
import {
  type ExecutionArgs,
  execute,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  parse,
} from 'graphql'
import { expect, test } from 'vitest'
import { compiledOperations } from '../../src/execution/compiled-operations.ts'
import { pauseFields } from '../../src/execution/paused-fields.ts'
import { Pauses } from '../../src/upstream/source/pauses.ts'
import { RequestLoader } from '../../src/upstream/source/request-loader.ts'
import { RequestScope } from '../../src/upstream/source/request-scope.ts'

interface Row {
  readonly number: number
}

interface Asking {
  readonly pauses: Pauses
  readonly rows: DataLoader<number, Row>
}

const rows = 40
const text = '{ rows { number child { number } later { number child { number } } rows { number } } }'

const executors: Record<string, (args: ExecutionArgs) => unknown> = {
  'the default executor': execute,
  'compiled code'(args) {
    const find = compiledOperations(args.schema)
    const run = Array.from({ length: 4 }, () => find(args)).at(-1)
    return run?.()
  },
}

test.each(Object.entries(executors))(
  'long work pauses, answers the same and asks in the same batches, by %s',
  async (_name, run) => {
    const [quick, slow] = [graphOf(0), graphOf(1)]
    const expected = await run(argsOf(quick))
    let isDone = false
    const turns = countTurns(() => isDone)

    const answer = await run(argsOf(slow))

    isDone = true
    expect(JSON.stringify(answer)).toBe(JSON.stringify(expected))
    expect(JSON.stringify(answer)).not.toContain('error')
    expect(slow.batches).toEqual([rows])
    // Eighty children of a millisecond each.
    expect(await turns).toBeGreaterThan(4)
  },
)

test.each(Object.entries(executors))('long work ends once its caller has left, by %s', async (_name, run) => {
  const graph = graphOf(1)
  const caller = new AbortController()
  const args = argsOf(graph, caller.signal)
  const answer = run(args)
  graph.onResolved = count => count === rows / 2 && caller.abort()

  await Promise.race([answer, args.contextValue.pauses.left])

  const resolved = graph.resolved
  expect(resolved).toBeLessThan(rows)
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(graph.resolved).toBe(resolved)
  expect(graph.batches).toEqual([])
})

test('short work is done at once', async () => {
  const { schema, contextValue } = argsOf(graphOf(0))
  const document = parse('{ rows { number child { number } } }')
  const answers: unknown[] = []
  // On a busy machine one may be interrupted for as long as a pause is due after.
  for (let time = 0; time < 20; time++) {
    await new Promise(resolve => setTimeout(resolve))
    answers.push(execute({ schema, document, contextValue }))
  }
  expect(answers.some(answer => !(answer instanceof Promise))).toBe(true)
})

test.each(Object.entries(executors))(
  'a row that fails at once leaves no promise of those before it to nobody, by %s',
  async (_name, run) => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    using _listener = { [Symbol.dispose]: () => void process.off('unhandledRejection', note) }
    const { schema, contextValue } = argsOf(graphOf(0))
    for (const name of ['sure', 'sureToBe']) {
      const document = parse(`{ rows { number } strict { ${name} } }`)

      const answer = await run({ schema, document, variableValues: {}, contextValue })

      await new Promise(resolve => setTimeout(resolve, 20))
      expect(answer).toMatchObject({ data: { rows: expect.anything(), strict: null } })
    }
    expect(unhandled).toEqual([])
  },
)

test('what many rows wait for is handed out in several turns', async () => {
  const caller = RequestScope.alone('zenovay', new AbortController().signal, 'paused')
  const loader = new RequestLoader<string, string>(caller, async keys => keys, {})
  let isDone = false
  const turns = countTurns(() => isDone)

  await Promise.all(Array.from({ length: 2 * rows }, () => loader.load('shop').then(() => work(1))))

  isDone = true
  expect(await turns).toBeGreaterThan(4)
})

interface Graph {
  readonly schema: GraphQLSchema
  readonly batches: number[]
  resolved: number
  onResolved: (count: number) => unknown
}

/** A graph each of whose children takes so many milliseconds. */
function graphOf(milliseconds: number): Graph {
  const list = () => Array.from({ length: rows }, (_, number) => ({ number }))
  const Row: GraphQLObjectType<Row, Asking> = new GraphQLObjectType<Row, Asking>({
    name: 'Row',
    fields: () => ({
      number: { type: GraphQLInt },
      child: {
        type: Row,
        resolve(row) {
          graph.onResolved(++graph.resolved)
          work(milliseconds)
          return row
        },
      },
      later: { type: Row, resolve: ({ number }, _args, asking) => asking.rows.load(number) },
      rows: { type: new GraphQLList(Row), resolve: async () => list() },
      sure: {
        type: new GraphQLNonNull(GraphQLInt),
        resolve({ number }) {
          if (number === 0) return Promise.reject(new TypeError('It fails later.'))
          throw new TypeError('It fails at once.')
        },
      },
      sureToBe: {
        type: new GraphQLNonNull(GraphQLInt),
        resolve: ({ number }) => (number === 0 ? Promise.reject(new TypeError('It fails later.')) : null),
      },
    }),
  })
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      rows: { type: new GraphQLList(Row), resolve: list },
      strict: { type: new GraphQLList(new GraphQLNonNull(Row)), resolve: list },
    },
  })
  const schema = new GraphQLSchema({ query })
  pauseFields(schema)
  const graph: Graph = { schema, batches: [], resolved: 0, onResolved: () => undefined }
  return graph
}

function argsOf({ schema, batches }: Graph, gone = new AbortController().signal) {
  const pauses = new Pauses(() => gone)
  const load = async (keys: readonly number[]) => {
    batches.push(keys.length)
    return keys.map(number => ({ number }))
  }
  const rows = new DataLoader(load, { batchScheduleFn: dispatch => pauses.gather(dispatch) })
  return { schema, document: parse(text), variableValues: {}, contextValue: { pauses, rows } }
}

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

async function countTurns(isDone: () => boolean): Promise<number> {
  let turns = 0
  while (!isDone()) {
    await new Promise(resolve => setImmediate(resolve))
    turns++
  }
  return turns
}
