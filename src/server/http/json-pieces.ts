/** About 100 kB of a usual response, which takes a few hundred microseconds. */
const pieceWeight = 5000
/** Shorter values are not worth a look at each of their members. */
const smallWeight = 100
/** As much work as one member. */
const charactersPerWeight = 20

/** Whether a value's JSON is longer than one piece. */
export function isLongJson(value: unknown): boolean {
  return weigh(value, pieceWeight) >= pieceWeight
}

/** The JSON of a plain value, usually a long one, in short pieces; joined, they equal `JSON.stringify`. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* piecesOfList(value)
  else if (isPlainObject(value)) yield* piecesOfObject(value)
  else yield JSON.stringify(value)
}

/** Measures each member once. */
function* piecesOfList(list: readonly unknown[]): Generator<string> {
  let comma = '['
  for (let start = 0, end = 0; start < list.length; start = end) {
    let [weight, last] = [0, 0]
    while (end < list.length && weight < pieceWeight) {
      last = weigh(list[end++], pieceWeight)
      weight += last
    }
    // The last member may itself be long.
    const isLastLong = last >= pieceWeight
    const short = list.slice(start, isLastLong ? end - 1 : end)
    if (short.length > 0) {
      yield comma + JSON.stringify(short).slice(1, -1)
      comma = ','
    }
    if (!isLastLong) continue
    yield comma
    yield* jsonPieces(list[end - 1])
    comma = ','
  }
  yield comma === '[' ? '[]' : ']'
}

function* piecesOfObject(object: Readonly<Record<string, unknown>>): Generator<string> {
  let comma = '{'
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue
    yield `${comma}${JSON.stringify(key)}:`
    if (weigh(value, smallWeight) < smallWeight) yield JSON.stringify(value)
    else yield* jsonPieces(value)
    comma = ','
  }
  yield comma === '{' ? '{}' : '}'
}

/** Estimates the work of a value's JSON. Stops at `enough`. */
function weigh(value: unknown, enough: number): number {
  if (typeof value === 'string') return 1 + value.length / charactersPerWeight
  let weight = 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && weight < enough; index++)
      weight += weighMember(value[index], enough - weight)
  } else if (isPlainObject(value)) {
    for (const key in value) {
      weight += weighMember(value[key], enough - weight)
      if (weight >= enough) break
    }
  }
  return weight
}

/** Most members are numbers or texts: a call for each would take longer than its work. */
function weighMember(value: unknown, enough: number): number {
  if (typeof value === 'number') return 1
  if (typeof value === 'string') return 1 + value.length / charactersPerWeight
  return weigh(value, enough)
}

/** Whether its JSON consists of the JSON of its members. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return (
    (prototype === null || prototype === Object.prototype) &&
    (!('toJSON' in value) || typeof value.toJSON !== 'function')
  )
}
