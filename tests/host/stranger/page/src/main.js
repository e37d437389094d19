async function show() {
  const answer = await fetch('/api/tides')
  const { tides } = await answer.json()
  document.getElementById('tides').textContent = tides.map(([place]) => place).join(', ')
}

show()
