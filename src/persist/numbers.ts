// Numbers without loss: what DynamoDB holds as decimal digits, and what a JavaScript number holds exactly.

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/

/** Whether a text is a decimal number, of any size. */
export function isDigits(text: string): boolean {
  return parseDigits(text) !== undefined
}

/** Why DynamoDB cannot hold these digits, as the rest of a sentence, or undefined where it can. */
export function digitsFault(text: string): string | undefined {
  const number = parseDigits(text)
  if (number === undefined) return 'is not a number'
  if (number.digits === '') return undefined
  if (number.digits.length > 38) return 'has more than 38 significant digits'
  const magnitude = number.exponent + number.digits.length - 1
  return magnitude > 125 || magnitude < -130 ? 'is outside the magnitudes that DynamoDB holds (1e-130 to 9.99e125)' : undefined
}

/** The number that a text of digits stands for, or undefined where a JavaScript number would not be exact. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  const written = String(value)
  // Nearly all are stored as JavaScript writes them, and need not be taken apart.
  return written === text || sameDigits(text, written) ? value : undefined
}

/** Whether two texts of digits are the same number, so that `1.50` equals `15e-1`. */
export function sameDigits(left: string, right: string): boolean {
  const [first, second] = [parseDigits(left), parseDigits(right)]
  return first !== undefined && second !== undefined && first.sign === second.sign && first.digits === second.digits && first.exponent === second.exponent
}

/** One text for every way to write a number. */
export function canonicalDigits(text: string): string {
  const number = parseDigits(text)
  return number === undefined ? text : `${number.sign}${number.digits || '0'}e${number.exponent}`
}

interface Digits {
  sign: string
  /** Without leading and trailing zeros; empty for zero. */
  digits: string
  /** Power of ten of the last digit. */
  exponent: number
}

function parseDigits(text: string): Digits | undefined {
  const match = decimal.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return { sign: '', digits: '', exponent: 0 }
  return { sign: sign === '-' ? '-' : '', digits, exponent: Number(power) - fraction.length + (all.length - digits.length) }
}

/** Orders two texts of digits: below zero where the left one is smaller. */
export function compareDigits(left: string, right: string): number {
  const [first, second] = [parseDigits(left), parseDigits(right)]
  if (first === undefined || second === undefined) return Number(left) - Number(right)
  const scale = Math.min(first.exponent, second.exponent)
  const scaled = ({ sign, digits, exponent }: Digits): bigint => BigInt(`${sign}${digits === '' ? '0' : digits}`) * 10n ** BigInt(digits === '' ? 0 : exponent - scale)
  const difference = scaled(first) - scaled(second)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
