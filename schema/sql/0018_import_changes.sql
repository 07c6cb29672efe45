-- Nothing asks which import touched a record; the index only made imports slower.
DROP INDEX import_changes_by_record;
