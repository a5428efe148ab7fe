import { expect, test } from 'vitest'
import { Course } from '../../../src/upstream/breaker/course.ts'

const { signal } = new AbortController()

test('an attempt lasts until its response has come, however late that is read', () => {
  let now = 0
  const course = new Course({ signal }, () => now)
  const attempt = course.contextFor(signal)
  course.start()
  now = 300
  // A token came.
  attempt.arrived?.()
  attempt.begun?.()
  now = 350
  expect(course.lastMilliseconds).toBe(50)
  attempt.arrived?.()
  now = 9000
  expect(course.lastMilliseconds).toBe(50)
  course.start()
  now = 9100
  expect(course.lastMilliseconds).toBe(100)
})
