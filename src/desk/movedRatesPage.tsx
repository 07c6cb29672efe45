// The list behind "rates that moved": both counts with their device-days, the ratio with its interval, and the way to the rows.
import { newPages, page, show } from '../web/page.tsx';
import { Num, PageHead, Table, Unknown } from '../web/parts.tsx';
import { homeWords } from './homeWords.ts';
import { listMovedRates, type MovedRate, windowsOf } from './movedRates.ts';

export const movedRatePages = newPages();

/** More are a sign of something wider than models; the surest come first. */
const MOST_SHOWN = 100;

page(movedRatePages, '/moved-rates', 'quality:read', async (c) => {
  const { locale } = c.var;
  const w = homeWords(locale);
  const windows = windowsOf(c.var.ctx);
  const rates = await listMovedRates(c.var.ctx);
  const chart = (rate: MovedRate): string => `/failure-rates/control-chart?${new URLSearchParams({ model: rate.model_code })}`;
  return show(
    c,
    { title: w.rates_moved, nav: '/failure-rates' },
    <>
      <PageHead title={w.rates_moved} sub={w.moved_means(windows.before_from_on, windows.recent_from_on, windows.to_on)} />
      {rates.length > MOST_SHOWN ? <p class="quiet">{w.surest_of(MOST_SHOWN, rates.length)}</p> : null}
      <Table
        c={c}
        caption={w.rates_moved}
        rows={rates.slice(0, MOST_SHOWN)}
        empty={w.nothing_moved}
        columns={[
          { head: w.model, cell: (rate) => <a href={chart(rate)}>{rate.model_code}</a> },
          { head: w.failures_recent, numeric: true, cell: (rate) => <Num value={rate.recent_failures} locale={locale} /> },
          { head: w.days_recent, numeric: true, cell: (rate) => <Num value={rate.recent_days} locale={locale} /> },
          { head: w.failures_before, numeric: true, cell: (rate) => <Num value={rate.before_failures} locale={locale} /> },
          { head: w.days_before, numeric: true, cell: (rate) => <Num value={rate.before_days} locale={locale} /> },
          { head: w.ratio, numeric: true, cell: (rate) => <Ratio rate={rate} locale={locale} /> },
          {
            head: w.adjusted_p,
            numeric: true,
            cell: (rate) => (rate.adjusted_p < 0.0001 ? '< 0.0001' : <Num value={rate.adjusted_p} digits={4} locale={locale} />),
          },
        ]}
      />
    </>,
  );
});

const Ratio = ({ rate, locale }: { rate: MovedRate; locale: 'en' | 'ja' }) =>
  rate.ratio === null ? (
    <Unknown locale={locale} />
  ) : (
    <>
      <Num value={rate.ratio} digits={2} locale={locale} /> (<Num value={rate.ratio_low} digits={2} locale={locale} />
      {rate.ratio_high === null ? '–∞' : '–'}
      {rate.ratio_high === null ? null : <Num value={rate.ratio_high} digits={2} locale={locale} />})
    </>
  );
