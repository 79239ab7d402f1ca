// Durations and sizes as texts: in a unit as a bare whole number, without one as people read them.

/** Seconds in each unit of `time=`. */
export const timeUnits: ReadonlyMap<string, number> = new Map([['d', 86_400], ['h', 3600], ['m', 60], ['s', 1], ['ms', 1e-3], ['micros', 1e-6], ['nanos', 1e-9]])

/** Bytes in each unit of `bytes=`. */
export const byteUnits: ReadonlyMap<string, number> = new Map(['b', 'k', 'm', 'g', 't', 'p'].flatMap((letter, power) => [[letter, 1024 ** power], ...(power === 0 ? [] : [[`${letter}b`, 1024 ** power]])] as [string, number][]))

/** A duration: `1.2s`, `44.1micros`, `0s`. */
export function timeText(seconds: number): string {
  return scaled(seconds, timeUnits, 's')
}

/** A size: `1.2gb`, `512b`. */
export function bytesText(bytes: number): string {
  return scaled(bytes, new Map([...byteUnits].filter(([unit]) => unit === 'b' || unit.length === 2).reverse()), 'b')
}

/** How many whole units fit. */
export function inUnit(value: number, unit: number): number {
  // Fractions of units are binary: 0.003 s are 3 ms, not 2.
  return Math.floor(Number((value / unit).toPrecision(12)))
}

// Units from the largest to the smallest.
function scaled(value: number, units: ReadonlyMap<string, number>, zero: string): string {
  if (value === 0) return `0${zero}`
  const [unit, size] = [...units].find(([, size]) => Math.abs(value) >= size) ?? [...units].at(-1)!
  return `${String(Number((Math.floor((value / size) * 10 + 1e-6) / 10).toFixed(1)))}${unit}`
}
