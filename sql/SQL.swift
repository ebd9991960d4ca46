// sql
