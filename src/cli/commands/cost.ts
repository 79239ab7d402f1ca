// klue cost: what a million requests to a stage cost, and a month without any.
import type { CostEstimate, CostPart, Measured } from '../../deploy/cost/index.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { readSince } from '../since.ts'
import { printJsonLine } from '../output.ts'

export const cost: Command = {
  name: 'cost',
  arguments: '',
  summary: 'Estimates what a million requests cost at the settings of a stage, and a month without any, at the list prices of its region.',
  options: {
    stage: stageOption,
    since: { type: 'string', value: 'TIME', doc: 'How far to look back for durations and sizes (`2h`, `7d`), or the time to begin with (ISO 8601); `30d` by default.' },
    assumed: { type: 'boolean', doc: 'Looks at no store: the durations and sizes that are assumed where nothing was measured.' },
    json: jsonOption,
  },
  async run(call) {
    const now = Date.now()
    const from = readSince(textOption(call, 'since') ?? '30d', now)
    const [{ loadWhole }, { costSettings, estimateCost, priceSources, pricesOf }] = await Promise.all([import('../stage.ts'), import('../../deploy/cost/index.ts')])
    const loaded = await loadWhole(call.root, textOption(call, 'stage'), 'leave out')
    const settings = await costSettings(call.root, loaded)
    const measured = call.values['assumed'] === true ? undefined : await measure(call, { from, to: now }, loaded.config)
    const estimate = estimateCost(settings, measured, pricesOf(settings.region))
    if (call.values['json'] === true) printJsonLine(call.output, { stage: loaded.stage, ...estimate, measured: measured ?? null, priceSources })
    else call.output.print(costText(loaded.stage, estimate, measured))
    return 0
  },
}

async function measure(call: CommandCall, span: { from: number; to: number }, config: Parameters<typeof import('../../dev/index.ts').openStageStore>[1]): Promise<Measured | undefined> {
  const [{ openStageStore }, { measureRequests }] = await Promise.all([import('../../dev/index.ts'), import('../../deploy/cost/index.ts')])
  const opened = await openStageStore(call.root, config)
  try {
    return await measureRequests(opened.database, span)
  } catch (error) {
    // A stage that was never deployed has no store, and may still ask what it would cost.
    const { anyAwsFault } = await import('../../deploy/index.ts')
    const known = anyAwsFault(error, 'read what was measured') ?? error
    call.output.printError(`klue: what was measured cannot be read, so it is assumed: ${known instanceof Error ? known.message : String(known)}`)
    return undefined
  } finally {
    await opened.close()
  }
}

/** An estimate as a screen. */
export function costText(stage: string, estimate: CostEstimate, measured: Measured | undefined): string {
  const count = Object.values(measured?.operations ?? {}).reduce((sum, { requests }) => sum + requests, 0)
  const basis = measured === undefined ? 'nothing measured' : `measured on ${count.toLocaleString('en-US')} requests of ${Math.max(1, Math.round(measured.days))} days`
  return [
    `Stage ${stage}, ${basis}; list prices of ${estimate.region} as of ${estimate.pricesAsOf}, without free tiers and taxes`,
    '',
    ...table('A million requests', estimate.perMillion, estimate.millionUsd),
    '',
    ...table('A month without any', estimate.perMonth, estimate.monthUsd),
    '',
    `Most of it: ${estimate.largest.perMillion} by request, ${estimate.largest.perMonth} by the month.`,
    ...estimate.assumptions.map((assumption) => `Assumed: ${assumption}.`),
  ].join('\n')
}

function table(title: string, parts: readonly CostPart[], total: number): string[] {
  const rows = [[title, total.toFixed(2), 'USD'], ...parts.map(({ name, usd, of }) => [`  ${name}`, usd.toFixed(2), of])]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map(([name, usd, of]) => `${name!.padEnd(widths[0]!)}  ${usd!.padStart(widths[1]!)}  ${of}`)
}
