// The local servers beside each other.
export async function measureDev() {
  return {}
}
