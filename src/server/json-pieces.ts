/** About 100 kB of a usual response, which takes a few hundred microseconds. */
const pieceWeight = 5000
/** As much work as one member. */
const charactersPerWeight = 20

/** Whether a value's JSON is longer than one piece. */
export function isLongJson(value: unknown): boolean {
  return weigh(value, pieceWeight) >= pieceWeight
}

/** The JSON of a plain value in short pieces; joined, they equal `JSON.stringify`. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (!isLongJson(value)) yield JSON.stringify(value)
  else if (Array.isArray(value)) yield* piecesOfList(value)
  else if (isPlainObject(value)) yield* piecesOfObject(value)
  else yield JSON.stringify(value)
}

function* piecesOfList(list: readonly unknown[]): Generator<string> {
  let comma = '['
  for (let start = 0; start < list.length; ) {
    let weight = 0
    let end = start
    while (end < list.length && weight < pieceWeight) weight += weigh(list[end++], pieceWeight)
    // The last member may be long by itself.
    if (end - start > 1 && isLongJson(list[end - 1])) end--
    yield comma
    if (end - start === 1 && isLongJson(list[start])) yield* jsonPieces(list[start])
    else yield JSON.stringify(list.slice(start, end)).slice(1, -1)
    comma = ','
    start = end
  }
  yield ']'
}

function* piecesOfObject(object: object): Generator<string> {
  let comma = '{'
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue
    yield `${comma}${JSON.stringify(key)}:`
    yield* jsonPieces(value)
    comma = ','
  }
  yield comma === '{' ? '{}' : '}'
}

/** Estimates the work of a value's JSON. Stops at `enough`. */
function weigh(value: unknown, enough: number): number {
  if (typeof value === 'string') return 1 + value.length / charactersPerWeight
  let weight = 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && weight < enough; index++) {
      const member: unknown = value[index]
      // Most lists are long, of numbers or texts.
      if (typeof member === 'number') weight++
      else if (typeof member === 'string') weight += 1 + member.length / charactersPerWeight
      else weight += weigh(member, enough - weight)
    }
  } else if (isPlainObject(value)) {
    for (const key in value) {
      weight += weigh(Reflect.get(value, key), enough - weight)
      if (weight >= enough) break
    }
  }
  return weight
}

/** Whether its JSON is the JSON of its members. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return (
    (prototype === null || prototype === Object.prototype) &&
    typeof Reflect.get(value, 'toJSON') !== 'function'
  )
}
