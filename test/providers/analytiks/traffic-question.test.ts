import { expect, test } from 'vitest'
import { hullOf, stepOfBrand } from '../../../src/providers/analytiks/brand-question.ts'
import type { TrafficSpan } from '../../../src/providers/analytiks/records.ts'
import { stepOf, type TrafficInterval } from '../../../src/providers/analytiks/traffic-question.ts'
import { BadInput } from '../../../src/upstream/bad-input.ts'
import { local, utc } from './traffic-rows.ts'

const june = utc('2025-06-01T00:00:00Z', '2025-07-01T00:00:00Z')
const localJune = local('2025-06-01T00:00:00', '2025-07-01T00:00:00')

test.each<[TrafficInterval, TrafficSpan, string | null, string]>([
  ['15min', june, 'Europe/London', '15min'],
  ['hourly', june, 'Asia/Kolkata', 'hourly'],
  ['whole', june, 'Asia/Kolkata', 'hourly'],
  ['whole', utc('2025-06-01T18:30:00Z', '2025-06-02T18:30:00Z'), 'Asia/Kolkata', '15min'],
  ['whole', utc('2025-06-01T18:30:00Z', '2025-06-02T18:30:00Z'), 'Europe/London', 'hourly'],
  ['daily', june, 'Europe/London', 'hourly'],
  ['daily', june, 'Asia/Kolkata', '15min'],
  ['weekly', june, 'Asia/Kathmandu', '15min'],
  ['monthly', june, null, 'hourly'],
  ['daily', localJune, null, 'hourly'],
  ['daily', localJune, 'Asia/Kolkata', 'hourly'],
  // Eleven hours off in summer, and ten and a half in winter.
  ['daily', utc('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z'), 'Australia/Lord_Howe', 'hourly'],
  ['daily', utc('2025-01-01T00:00:00Z', '2025-06-01T00:00:00Z'), 'Australia/Lord_Howe', '15min'],
])(
  'Analytiks is asked for a %s answer by the step that its buckets fit into',
  (interval, span, timeZone, step) => {
    expect(stepOf({ interval, span, timeZone })).toBe(step)
  },
)

const brand = {
  rangeName: 'june',
  spanOf: () => june,
  interval: 'daily',
  metrics: [],
  withPointsOfInterest: false,
  zoneOf: () => null,
} as const

test('a brand is requested by quarter-hours if one of its locations needs them', () => {
  expect(stepOfBrand({ ...brand, timeZones: [] })).toBe('hourly')
  expect(stepOfBrand({ ...brand, timeZones: ['Europe/London', 'Asia/Tokyo'] })).toBe('hourly')
  expect(stepOfBrand({ ...brand, timeZones: ['Europe/London', 'Asia/Kolkata'] })).toBe('15min')
  expect(stepOfBrand({ ...brand, interval: '15min', timeZones: [] })).toBe('15min')
  expect(stepOfBrand({ ...brand, spanOf: () => localJune, timeZones: [] })).toBe('hourly')
})

test('a brand is requested from the earliest start of its range to the latest end', () => {
  const [tokyo, london] = [
    utc('2025-05-31T15:00:00Z', '2025-06-30T15:00:00Z'),
    utc('2025-05-31T23:00:00Z', '2025-06-30T23:00:00Z'),
  ]
  const spans: Readonly<Record<string, TrafficSpan>> = { 'Asia/Tokyo': tokyo, 'Europe/London': london }
  const spanOf = (timeZone: string | null) => {
    if (timeZone === 'Pacific/Apia') throw new BadInput('Clocks skip all of it.')
    return spans[timeZone ?? ''] ?? localJune
  }
  const timeZones = ['Europe/London', 'Asia/Tokyo', 'Europe/London', 'Pacific/Apia']
  expect(hullOf({ ...brand, spanOf, timeZones })).toEqual({ ...tokyo, end: london.end })
  expect(hullOf({ ...brand, spanOf, timeZones: ['Pacific/Apia'] })).toEqual(localJune)
})
