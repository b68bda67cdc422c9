-- 每行一代数据仓库，即本代 / one row per generation: this one
select
    g.id,
    g.built_at,
    g.code_version,
    g.duckdb_version
from staging.generation as g
