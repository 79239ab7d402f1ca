// What a stage costs, and what a change of it does.
export { costChange, costChangeText, money } from './change.ts'
export { estimateCost } from './estimate.ts'
export { measureRequests } from './measure.ts'
export { type Prices, pricesOf, priceSources, priceTable } from './prices.ts'
export { costSettings } from './read-settings.ts'
export type { CostChange, CostEstimate, CostPart, CostSettings, Measured } from './types.ts'
