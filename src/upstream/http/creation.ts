import { UpstreamError } from '../error.ts'

/** The failure of a creation that may have arrived: to send it again might make a second one. */
export function mayBeDone({ provider, code, message, ...details }: UpstreamError): UpstreamError {
  const sentence = `${message} What was to be created may be there all the same: look before it is sent again.`
  const { cause, upstreamStatus, upstreamRequestId } = details
  return new UpstreamError(provider, code, sentence, {
    cause,
    upstreamStatus,
    upstreamRequestId,
    retryable: false,
  })
}
