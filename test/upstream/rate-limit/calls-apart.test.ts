import { expect, test } from 'vitest'
import { CallsApart } from '../../../src/upstream/rate-limit/calls-apart.ts'
import { Period } from '../../../src/upstream/rate-limit/quota-period.ts'
import { handClock } from './clock.ts'

const minute = 60_000

function open() {
  const clock = handClock()
  const period = new Period(clock, 100, minute)
  const apart = new CallsApart(period)
  const make = (calls: number) => {
    period.take(calls)
    apart.add(calls)
  }
  return { clock, apart, make }
}

test('calls that are made while others are reported stay unknown', () => {
  const { apart, make } = open()
  make(20)
  const { made } = apart
  make(3)
  apart.noteKnown(made)
  expect(apart.count).toBe(3)
})

test('what the vendor tells while they are reported makes none of them known twice', () => {
  const { apart, make } = open()
  make(20)
  const { made } = apart
  apart.noteKnown(apart.made)
  apart.noteKnown(made)
  expect(apart.count).toBe(0)
  make(2)
  expect(apart.count).toBe(2)
})

test('those of a period that is over are none of the next', () => {
  const { clock, apart, make } = open()
  make(20)
  clock.move(minute)
  expect(apart.count).toBe(0)
  make(4)
  expect(apart.count).toBe(4)
})
