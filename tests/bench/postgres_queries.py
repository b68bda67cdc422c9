"""placeholder"""
def run(connection, asked, folder):
    return ["PostgreSQL: not installed"]
