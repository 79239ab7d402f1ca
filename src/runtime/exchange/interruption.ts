// What ends a request before its handler does; its AbortSignal is made for those who ask for one, as most handlers never do.

export class Interruption {
  #reason: Error | undefined
  #controller: AbortController | undefined
  #onEnd: ((reason: Error) => void) | undefined

  /** Aborts with the reason. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** Calls back once, when the request is ended early; undefined takes that back. */
  watch(onEnd: ((reason: Error) => void) | undefined): void {
    this.#onEnd = onEnd
  }

  /** Ends the request; only the first reason counts. */
  end(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#onEnd?.(reason)
  }

  /** Throws the reason where the request is ended. */
  throwIfEnded(): void {
    if (this.#reason !== undefined) throw this.#reason
  }
}
