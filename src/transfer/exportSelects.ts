// Import kinds leave with the columns they come in with, so that an export can be imported again and changes nothing. Each selects rows by
// `export_key`, going on after `$after`; `$limit` is put in.
const MODEL_OF = 'join models on models.id = ROW.model_id join makers on makers.id = models.maker_id';
const modelOf = (row: string): string => MODEL_OF.replace('ROW', row);

/** Places with a shelf of ours: what `stock` counts. */
const SHELVES = "('receiving', 'quarantine', 'bench', 'good_stock', 'defect_stock', 'repair', 'maker')";

export const selects = {
  models: `select models.id as export_key, makers.code as maker_code, models.code as model_code, models.name, models.own_warranty_months, models.maker_warranty_months,
    (select string_agg(other.code, ';' order by model_substitutes.preference) from model_substitutes join models other on other.id = model_substitutes.substitute_id
      where model_substitutes.model_id = models.id) as substitutes, models.family, models.unit_cost, models.currency
    from models join makers on makers.id = models.maker_id where models.id > $after order by models.id limit $limit`,

  batches: `select batches.id as export_key, makers.code as maker_code, models.code as model_code, batches.code as batch_code, batches.made_on
    from batches ${modelOf('batches')} where batches.id > $after order by batches.id limit $limit`,

  units: `select units.id as export_key, makers.code as maker_code, models.code as model_code, units.serial, batches.code as batch_code, units.hw_rev, firmwares.code as firmware,
    (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'mac') as mac, (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'device_id') as device_id,
    (select min(identifier) from unit_identifiers where unit_id = units.id and kind = 'asset_tag') as asset_tag, units.shipped_on, units.delivered_on, units.purchased_on,
    (select max(from_on) from service_intervals where unit_id = units.id and estimated_at is null) as in_service_on,
    (select to_on from service_intervals where unit_id = units.id and estimated_at is null order by from_on desc limit 1) as out_of_service_on,
    sites.code as site_code, customers.code as customer_code, unit_places.location, unit_places.condition
    from units ${modelOf('units')} left join batches on batches.id = units.batch_id left join firmwares on firmwares.id = units.firmware_id
    left join sites on sites.id = units.site_id left join customers on customers.id = units.customer_id left join unit_places on unit_places.unit_id = units.id
    where units.merged_into_id is null and units.removed_at is null and units.id > $after order by units.id limit $limit`,

  // One row a returned unit. A symptom that is no code is the customer's words.
  returns: `select return_units.id as export_key, makers.code as maker_code, models.code as model_code, units.serial, return_units.returned_on,
    coalesce(symptom.code, return_units.reported_text) as reported_symptom, return_units.verdict, failure_mode.code as failure_mode, component.code as component, cause.code as cause,
    return_units.failed_on, return_units.disposition, returns.number as return_no
    from return_units join returns on returns.id = return_units.return_id join units on units.id = return_units.unit_id ${modelOf('units')}
    left join codes symptom on symptom.id = return_units.reported_symptom_id left join codes failure_mode on failure_mode.id = return_units.failure_mode_id
    left join codes component on component.id = return_units.component_id left join codes cause on cause.id = return_units.cause_id
    where return_units.returned_on is not null and return_units.state <> 'cancelled' and return_units.id > $after order by return_units.id limit $limit`,

  cases: `select cases.id as export_key, coalesce(cases.external_no, cases.number) as case_no, cases.opened_at, customers.code as customer_code, models.code as model_code, units.serial,
    case when cases.source in ('mail', 'chat', 'phone', 'api') then cases.source when cases.source = 'partner_form' then 'partner' end as channel, category.code as category, cause.code as cause, users.email as owner,
    cases.solved_at, cases.rating, cases.state, cases.subject
    from cases left join customers on customers.id = cases.customer_id left join case_codes category on category.id = cases.category_id left join case_codes cause on cause.id = cases.cause_id
    left join users on users.id = cases.owner_id left join units on units.id = (select min(unit_id) from case_units where case_units.case_id = cases.id) left join models on models.id = units.model_id
    where cases.spam_at is null and cases.merged_into_id is null and cases.id > $after order by cases.id limit $limit`,

  // Units on a shelf by serial; what a balance holds besides them by quantity.
  stock: `select * from (
      select units.id as export_key, makers.code as maker_code, models.code as model_code, unit_places.location, unit_places.condition, cast(null as bigint) as quantity, units.serial
      from unit_places join units on units.id = unit_places.unit_id ${modelOf('units')} where unit_places.location in ${SHELVES} and units.merged_into_id is null and units.removed_at is null
      union all
      select '~' || spares.model_id || spares.location || spares.condition, makers.code, models.code, spares.location, spares.condition, spares.quantity, null
      from (select stock_balances.model_id, stock_balances.location, stock_balances.condition, stock_balances.quantity - (
          select count(*) from unit_places join units on units.id = unit_places.unit_id where units.model_id = stock_balances.model_id and unit_places.location = stock_balances.location
            and unit_places.condition = stock_balances.condition) as quantity
        from stock_balances where stock_balances.location in ${SHELVES}) spares ${modelOf('spares')} where spares.quantity > 0
    ) stock where export_key > $after order by export_key limit $limit`,
} as const;
