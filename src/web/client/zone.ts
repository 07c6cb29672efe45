// Tells the server the time zone of the browser, so that exact times are shown in it.
const YEAR_S = 31_536_000;

export function rememberZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone !== '') document.cookie = `kizashi_zone=${zone}; path=/; max-age=${YEAR_S}; samesite=lax`;
}
