// Ends a request before its handler has ended. The AbortSignal is made on first use, because most handlers never use it.

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

  /** Sets the function to call once when the request is ended early; undefined removes it. */
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
