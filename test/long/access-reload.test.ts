import { test } from 'vitest'
import { serveWhileRewritten } from '../support/rewriting.ts'

test(
  'twenty callers of two accounts are served while the file is rewritten fifty times',
  () => serveWhileRewritten(50),
  120_000,
)
