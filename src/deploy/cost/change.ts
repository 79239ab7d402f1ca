// What a change of settings or of requests costs: two estimates side by side.
import type { CostChange, CostEstimate, CostPart } from './types.ts'

// Less than this a difference is not worth a line.
const smallestUsd = 0.005

/** The difference of two estimates. */
export function costChange(before: CostEstimate, after: CostEstimate): CostChange {
  const parts = [...partsOf('million', before.perMillion, after.perMillion), ...partsOf('month', before.perMonth, after.perMonth)]
  return {
    millionUsd: { before: before.millionUsd, after: after.millionUsd },
    monthUsd: { before: before.monthUsd, after: after.monthUsd },
    parts: parts.sort((one, other) => Math.abs(other.after - other.before) - Math.abs(one.after - one.before)),
  }
}

/** A change in a line or two, as a deployment prints it. */
export function costChangeText({ millionUsd, monthUsd, parts }: CostChange): string {
  const line = (what: string, { before, after }: { before: number; after: number }): string => `${what}: ${money(after)}${Math.abs(after - before) < smallestUsd ? ', as before' : ` instead of ${money(before)}`}`
  const first = parts[0]
  const largest = first === undefined ? '' : `, most of it ${first.name} (${money(first.before)} → ${money(first.after)})`
  return `${line('a million requests', millionUsd)}; ${line('a month without any', monthUsd)}${largest}`
}

/** An amount in USD to the cent. */
export function money(usd: number): string {
  return `${usd.toFixed(2)} USD`
}

function partsOf(per: 'million' | 'month', before: readonly CostPart[], after: readonly CostPart[]): CostChange['parts'] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))]
  const usd = (parts: readonly CostPart[], name: string): number => parts.find((candidate) => candidate.name === name)?.usd ?? 0
  return names.map((name) => ({ name, per, before: usd(before, name), after: usd(after, name) })).filter((one) => Math.abs(one.after - one.before) >= smallestUsd)
}
