import { z } from 'zod'

export interface Toy {
  readonly id: number
  readonly name: string
}

export const toyResponse = z
  .object({ toy_id: z.int(), toy_name: z.string() })
  .transform((toy): Toy => ({ id: toy.toy_id, name: toy.toy_name }))
