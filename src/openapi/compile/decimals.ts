// Whether a number is a multiple of another by its decimal digits; a part of runtime.cjs too, so it imports nothing.

/** Whether a number is a multiple of a step above zero as both are written: 19.99 is one of 0.01, although no binary fraction says so. */
export function isMultipleOf(value: number, step: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0
  if (!Number.isFinite(value) || !Number.isFinite(step) || step === 0) return false
  const [digits, exponent] = decimal(value)
  const [stepDigits, stepExponent] = decimal(step)
  // Exponents of numbers lie between -324 and 308, which bounds the size of this power.
  const shift = exponent - stepExponent
  return (shift < 0 ? digits : digits * 10n ** BigInt(shift)) % (shift < 0 ? stepDigits * 10n ** BigInt(-shift) : stepDigits) === 0n
}

/** The multiple of a step next to a number, without the noise of binary fractions. */
export function nearestMultiple(value: number, step: number): number {
  const [digits, exponent] = decimal(step)
  return Number(`${BigInt(Math.round(value / step)) * digits}e${exponent}`)
}

// The digits of the shortest decimal text of a number, and their exponent.
function decimal(value: number): [digits: bigint, exponent: number] {
  const [, whole = '', fraction = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}
