import { readChallenges } from './http-challenge.js'
import { chooseDigest, digestAuthorization, type DigestChallenge, type DigestRequest } from './http-digest.js'
import { usernameToken, type Credentials } from './username-token.js'

/** What goes with a request to prove who asks. */
export interface Proof {
  /** For the SOAP header; empty: nothing. */
  readonly header: string
  /** For the HTTP header Authorization. */
  readonly authorization: string | undefined
  /** The device's clock minus ours that dated it, ms; `undefined`: no clock was needed. */
  readonly clockOffsetMs: number | undefined
  /** Of the digest: its nonce, and how often that had been sent with this one. */
  readonly nonce: { readonly value: string; readonly useCount: number } | undefined
}

/**
 * Proves to one device who asks, in the way that the device wants: by HTTP Digest where it offers that, by a WS-Security token otherwise. Never sends
 * the password itself, so a device that takes nothing but HTTP Basic refuses.
 */
export class Authenticator {
  readonly #credentials: Credentials
  #digest: DigestChallenge | undefined
  /** How often the nonce at hand was sent. */
  #nonceUseCount = 0
  #needsToken = true

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** Whether the next proof has a token, which is dated by the device's clock. */
  get needsClock(): boolean {
    return this.#needsToken
  }

  /** @param clockOffsetMs - the device's clock minus ours */
  prove(request: DigestRequest, clockOffsetMs: number): Proof {
    const digest = this.#digest
    if (digest) this.#nonceUseCount += 1
    return {
      header: this.#needsToken ? usernameToken(this.#credentials, { createdAtMs: Date.now() + clockOffsetMs }) : '',
      authorization: digest && digestAuthorization(digest, this.#credentials, request, { count: this.#nonceUseCount }),
      clockOffsetMs: this.#needsToken ? clockOffsetMs : undefined,
      nonce: digest && { value: digest.nonce, useCount: this.#nonceUseCount },
    }
  }

  /**
   * Take what HTTP asks for with a 401.
   *
   * @param values - of the WWW-Authenticate headers; there may be none
   * @param refused - what had been sent; `undefined`: a question without any proof
   * @returns whether another proof is worth a try: this one was none that the device asks for, or was too old. A fresh one that was refused means wrong
   *   credentials, and every further try brings the account nearer to its lock.
   */
  takeChallenges(values: readonly string[], refused: Proof | undefined): boolean {
    const next = chooseDigest(readChallenges(values))
    if (!next) return false
    const used = refused?.nonce
    this.#digest = next
    this.#nonceUseCount = 0
    this.#needsToken = false
    // A nonce that was good before may have aged without the device saying so. By now it need not be the one at hand: others may have been given a newer one.
    return !used || next.isStale || (next.nonce !== used.value && used.useCount > 1)
  }

  /**
   * The message was refused, but not by HTTP.
   *
   * @returns whether another proof is worth a try: the device let the digest pass and wants a token as well
   */
  takeRefusal(refused: Proof): boolean {
    if (refused.authorization === undefined || this.#needsToken) return false
    this.#needsToken = true
    return true
  }
}
