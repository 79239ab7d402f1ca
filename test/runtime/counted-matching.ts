// Counts what regular expressions do, step by step, so that tests can hold their cost without a clock.

/** Steps that matching took, in the order of the engine that JavaScript prescribes: each look at a character or a place is one. */
export interface Counted<Result> {
  result: Result
  steps: number
}

/**
 * Runs a function with every regular expression in it matched by an engine that counts.
 * Its matches are compared with those of the real one; a pattern that it does not know throws.
 */
export function countSteps<Result>(run: () => Result): Counted<Result> {
  const prototype = RegExp.prototype as { exec: RegExp['exec'] }
  const { exec } = prototype
  const counter = { steps: 0 }
  prototype.exec = function counted(this: RegExp, text: string) {
    prototype.exec = exec
    try {
      return search(this, String(text), counter)
    } finally {
      prototype.exec = counted
    }
  }
  try {
    return { result: run(), steps: counter.steps }
  } finally {
    prototype.exec = exec
  }
}

interface Matching {
  text: string
  ignoreCase: boolean
  counter: { steps: number }
}

type Next = (at: number) => boolean
/** One part of a pattern: matches from a place on and asks what follows. */
type Part = (on: Matching, at: number, next: Next) => boolean

const known = new Map<string, { part: Part; isAnchored: boolean }>()

function search(pattern: RegExp, text: string, counter: Matching['counter']): RegExpExecArray | null {
  const real = pattern.exec.bind(pattern)
  const { source, flags, lastIndex: before } = pattern
  if (!/^[gi]*$/.test(flags)) throw new Error(`flags that are not counted: /${source}/${flags}`)
  if (!known.has(source)) known.set(source, { part: new Reader(source).pattern(), isAnchored: source.startsWith('^') })
  const { part, isAnchored } = known.get(source)!
  const from = pattern.global ? before : 0
  const on: Matching = { text, ignoreCase: pattern.ignoreCase, counter }
  let [index, end] = [-1, -1]
  for (let at = from; at <= text.length; at++) {
    counter.steps += 1
    const isFound = part(on, at, (last) => {
      end = last
      return true
    })
    if (isFound) index = at
    if (isFound || isAnchored) break
  }
  const match = real(text)
  if ((match?.index ?? -1) !== index || (match !== null && match.index + match[0].length !== end)) throw new Error(`the counting engine differs at /${source}/${flags}: ${index} to ${end}, not ${match?.index} in ${JSON.stringify(text.slice(0, 200))}`)
  return match
}

/** Reads a pattern into its parts. */
class Reader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  pattern(): Part {
    const part = this.#alternatives()
    if (this.#at < this.#source.length) throw new Error(`a pattern that is not counted: ${this.#source} at ${this.#at}`)
    return part
  }

  #alternatives(): Part {
    const branches = [this.#sequence()]
    while (this.#takes('|')) branches.push(this.#sequence())
    return branches.length === 1 ? branches[0]! : (on, at, next) => branches.some((branch) => branch(on, at, next))
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) parts.push(this.#repeated())
    return parts.reduceRight<Part>((rest, part) => (on, at, next) => part(on, at, (middle) => rest(on, middle, next)), (_on, at, next) => next(at))
  }

  #repeated(): Part {
    const { part, isSingle } = this.#atom()
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})/.exec(this.#source.slice(this.#at))
    if (found === null) return part
    this.#at += found[0].length
    if (this.#source[this.#at] === '?') throw new Error(`a lazy repetition is not counted: ${this.#source}`)
    const [, sign, low, comma, high] = found
    const least = sign === undefined ? Number(low) : sign === '+' ? 1 : 0
    const most = sign === undefined ? (comma === undefined ? least : high === '' ? Infinity : Number(high)) : sign === '?' ? 1 : Infinity
    return isSingle ? repeatedCharacter(part, least, most) : repeatedGroup(part, least, most)
  }

  #atom(): { part: Part; isSingle?: boolean } {
    if (this.#takes('(?:')) return { part: this.#closed(this.#alternatives()) }
    if (this.#takes('(?=')) return { part: looking(this.#closed(this.#alternatives()), true) }
    if (this.#takes('(?!')) return { part: looking(this.#closed(this.#alternatives()), false) }
    if (this.#takes('(?<!')) return { part: notBehind(this.#closed(this.#alternatives())) }
    if (this.#source.startsWith('(?', this.#at)) throw new Error(`a group that is not counted: ${this.#source}`)
    if (this.#takes('(')) return { part: this.#closed(this.#alternatives()) }
    if (this.#takes('^')) return { part: place((_text, at) => at === 0) }
    if (this.#takes('$')) return { part: place((text, at) => at === text.length) }
    if (this.#takes('\\b')) return { part: place((text, at) => isWord(text[at - 1]) !== isWord(text[at])) }
    const raw = /^(?:\[(?:[^\]\\]|\\.)*\]|\\[^\d]|[^\\])/s.exec(this.#source.slice(this.#at))![0]
    this.#at += raw.length
    return { part: character(raw), isSingle: true }
  }

  #closed(part: Part): Part {
    if (!this.#takes(')')) throw new Error(`a group without an end: ${this.#source}`)
    return part
  }

  #takes(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character)
}

// One class, escape or letter: the real engine decides whether a single character is meant.
function character(raw: string): Part {
  const [exact, folded] = [new RegExp(`^${raw}$`), new RegExp(`^${raw}$`, 'i')]
  const decided = new Map<string, boolean>()
  return ({ text, ignoreCase, counter }, at, next) => {
    counter.steps += 1
    if (at >= text.length) return false
    const key = `${ignoreCase ? 'i' : ''}${text[at]!}`
    if (!decided.has(key)) decided.set(key, (ignoreCase ? folded : exact).test(text[at]!))
    return decided.get(key)! && next(at + 1)
  }
}

function place(holds: (text: string, at: number) => boolean): Part {
  return ({ text, counter }, at, next) => {
    counter.steps += 1
    return holds(text, at) && next(at)
  }
}

function looking(part: Part, wanted: boolean): Part {
  return (on, at, next) => part(on, at, () => true) === wanted && next(at)
}

// Behind a place stands one character, or nothing.
function notBehind(part: Part): Part {
  return (on, at, next) => !(at > 0 && part(on, at - 1, (end) => end === at)) && next(at)
}

// By loops: the stack is not deep enough for thousands of characters.
function repeatedCharacter(part: Part, least: number, most: number): Part {
  return (on, at, next) => {
    let end = at
    while (end - at < most && part(on, end, () => true)) end += 1
    for (; end - at >= least; end--) if (next(end)) return true
    return false
  }
}

function repeatedGroup(part: Part, least: number, most: number): Part {
  const more = (on: Matching, at: number, { next, count }: { next: Next; count: number }): boolean => {
    on.counter.steps += 1
    if (count < most && part(on, at, (end) => end > at && more(on, end, { next, count: count + 1 }))) return true
    return count >= least && next(at)
  }
  return (on, at, next) => more(on, at, { next, count: 0 })
}
