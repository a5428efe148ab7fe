import { Refusal } from '../server/http/refusal.ts'

/** Thrown for a request without a credential, or with a wrong one. */
export class CredentialRefusal extends Refusal {
  /** For the log: whose credential it is, if known. Holds nothing of the credential. */
  readonly about: string | undefined

  private constructor(status: number, message: string, challenge: string, about?: string) {
    super(status, message, { 'www-authenticate': `Bearer realm="isotherm"${challenge}` })
    this.about = about
  }

  /** 401: no credential was shown. */
  static missing(): CredentialRefusal {
    return new CredentialRefusal(401, 'Send a key or a token: the header authorization: Bearer <key>.', '')
  }

  /** 401: the credential does not work, and why. The reason must be plain ASCII without quotes. */
  static invalid(reason: string, about?: string): CredentialRefusal {
    const challenge = `, error="invalid_token", error_description="${reason}"`
    return new CredentialRefusal(401, reason, challenge, about)
  }

  /** 400: several credentials; one of them may be stolen. */
  static several(): CredentialRefusal {
    return new CredentialRefusal(400, 'Send one credential, not several.', ', error="invalid_request"')
  }
}

/** 503: the issuer is down, so nobody can say whether the token is valid. */
export class IssuerDown extends Refusal {
  override readonly cause: unknown

  constructor(retryAfterSeconds: number, cause: unknown) {
    super(503, 'The keys of the issuer of this token cannot be read now: try again soon.', {
      'retry-after': `${retryAfterSeconds}`,
    })
    this.cause = cause
  }
}
