-- 每行一个指标宏 / one row per metric that can be called in SQL
select distinct f.function_name as name
from duckdb_functions() as f
where f.schema_name = 'metric' and f.database_name = current_database()
order by f.function_name
