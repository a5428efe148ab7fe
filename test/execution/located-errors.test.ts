import { expect, test } from 'vitest'
import { askText } from '../support/client.ts'
import { serve } from '../support/serving.ts'

test('an error says where it is however often a query is asked', async () => {
  await using served = await serve({ environment: { ZENOVAY_API_KEY: undefined } })
  const query =
    '# twice\r\n{\r  view(by: { url: "https://shop.example.com/pricing" }) {\n    totalInteractions totalInteractions\n  }\n}'
  const answers = await Array.fromAsync({ length: 5 }, () => askText(served.origin, query))
  const error = {
    message: expect.any(String),
    path: ['view', 'totalInteractions'],
    locations: [
      { line: 4, column: 5 },
      { line: 4, column: 23 },
    ],
    extensions: { code: 'PROVIDER_NOT_CONFIGURED', provider: 'zenovay', retryable: false },
  }
  for (const { errors } of answers) expect(errors).toEqual([error])
})
