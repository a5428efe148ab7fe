import { serveToy } from '../../../src/sandbox/toy.ts'
import { type Ask, providerConformance } from '../../support/conformance.ts'

const toy =
  (id: number): Ask =>
  ({ toy }) =>
    toy.toys.load(id)

providerConformance({
  name: 'toy',
  serve: serveToy,
  questions: {
    'GET /toys/:id': { ask: toy(1), merged: { asks: [toy(1), toy(2)], calls: 2 }, other: toy(2) },
  },
})
