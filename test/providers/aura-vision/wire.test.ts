import { describe, expect, test } from 'vitest'
import { heatmapsResponse } from '../../../src/providers/aura-vision/wire.ts'

describe('when a heatmap was made', () => {
  test.each([
    ['2024-04-01T00:15:00.000', '2024-04-01T00:15:00.000Z'],
    ['2024-04-01T00:15', '2024-04-01T00:15:00.000Z'],
    ['2024-04-01 00:15:00.5', '2024-04-01T00:15:00.500Z'],
    ['2024-04-01T00:15:00Z', '2024-04-01T00:15:00.000Z'],
    ['2024-04-01T01:15:00+01:00', '2024-04-01T00:15:00.000Z'],
    ['2024-04-01T01:15:00+0100', '2024-04-01T00:15:00.000Z'],
    ['2024-02-29T23:59:59.999', '2024-02-29T23:59:59.999Z'],
    [null, null],
  ])('%s is %s', (created, told) => {
    expect(read(created).data).toMatchObject([{ createdAt: told }])
  })

  test.each([
    '',
    '12',
    'July 3, 2024 10:00',
    '07/03/2024 10:00',
    '2024-04-01',
    '2023-02-29T10:00:00.000',
    '2024-04-31T10:00:00',
  ])('"%s" is no date and time, and read as no other', created => {
    expect(read(created).error?.issues).toMatchObject([{ path: [0, 'created'] }])
  })
})

function read(created: string | null) {
  return heatmapsResponse.safeParse([
    { location_id: '64a1b2c3d4e5f6a7b8c9d0e3', heatmap_type: 'path', created },
  ])
}
