// The item that calls of tables are measured with, and what a process is told of them: every peer does the same work with it.

const { BENCH_CALL, BENCH_BODY, BENCH_ENDPOINT, BENCH_CREDENTIALS, BENCH_PARTITION } = process.env

export const tableName = 'bench-measurements'
export const pageSize = 20
export const connection = { endpoint: BENCH_ENDPOINT, region: 'us-east-1', credentials: BENCH_CREDENTIALS === undefined ? undefined : JSON.parse(BENCH_CREDENTIALS) }
export const partition = BENCH_PARTITION

export function itemOf(number) {
  return {
    series: partition, id: `2030-01-01T12:00:00.${String(number).padStart(3, '0')}Z-1a2b3c4d`, job: 'nightly', metric: 'duration', value: 12.5, unit: 's', build: '1042',
    measured_at: '2030-01-01T12:00:00.000Z', recorded_by: 'ann', expires_at: 1_924_948_800, isKept: true,
    steps: [{ name: 'compile', seconds: 3.25 }, { name: 'test', seconds: 8.5 }, { name: 'pack', seconds: 0.75 }],
  }
}

export const key = { series: partition, id: itemOf(0).id }

/** A handler that does the wanted one of four calls; each says whether its answer was right. */
export function handlerOf({ put, get, update, query }) {
  const calls = {
    put: () => put(itemOf(0)),
    get: async () => (await get(key)) === itemOf(0).recorded_by,
    update: async () => (await update(key)) === 's',
    query: async () => (await query()) === pageSize,
  }
  let isFilled = false
  return async () => {
    if (!isFilled) for (let number = 0; number < pageSize + 5; number += 1) await put(itemOf(number))
    isFilled = true
    return { statusCode: (await calls[BENCH_CALL]()) ? 200 : 500, body: BENCH_BODY }
  }
}
