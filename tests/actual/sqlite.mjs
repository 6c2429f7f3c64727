// Stands in for better-sqlite3, which would have to be compiled: the part of its interface that Actual's server uses, over sql.js. Each database is
// written to its file after each statement that changes it.
import fs from 'node:fs';
import { register } from 'node:module';

if (!globalThis.affluentSqlite) {
  const { default: start } = await import('sql.js');
  const SQL = await start();

  class Statement {
    constructor(owner, sql) {
      this.owner = owner;
      this.sql = sql;
    }

    #run(given, rows) {
      const values = given.length === 1 && Array.isArray(given[0]) ? given[0] : given;
      const named = values.length === 1 && values[0] !== null && typeof values[0] === 'object' && !(values[0] instanceof Uint8Array);
      const statement = this.owner.db.prepare(this.sql);
      try {
        statement.bind(
          named
            ? Object.fromEntries(Object.entries(values[0]).flatMap(([name, value]) => [':', '@', '$'].map(mark => [mark + name, value])))
            : values.map(value => (value === undefined ? null : typeof value === 'boolean' ? Number(value) : value)),
        );
        const found = [];
        while (statement.step()) {
          if (rows) found.push(statement.getAsObject());
        }
        return found;
      } finally {
        statement.free();
      }
    }

    all(...values) {
      return this.#run(values, true);
    }

    get(...values) {
      return this.#run(values, true)[0];
    }

    run(...values) {
      this.#run(values, false);
      const [word] = this.sql.trim().split(/\W/, 1);
      if (/^begin$/i.test(word)) this.owner.inTransaction = true;
      if (/^(commit|rollback|end)$/i.test(word)) this.owner.inTransaction = false;
      const changes = this.owner.db.getRowsModified();
      this.owner.save();
      return { changes, lastInsertRowid: 0 };
    }
  }

  class Database {
    constructor(file) {
      this.file = file;
      this.db = new SQL.Database(fs.existsSync(file) && fs.statSync(file).size > 0 ? fs.readFileSync(file) : undefined);
      this.open = true;
    }

    save() {
      // An export ends a transaction: what is in one is saved at its end.
      if (!this.inTransaction) fs.writeFileSync(this.file, this.db.export());
    }

    prepare(sql) {
      return new Statement(this, sql);
    }

    exec(sql) {
      this.db.exec(sql);
      this.save();
      return this;
    }

    pragma() {
      return [];
    }

    transaction(work) {
      return (...values) => {
        const outer = this.inTransaction;
        this.db.exec(outer ? 'savepoint inner' : 'begin');
        this.inTransaction = true;
        try {
          const result = work(...values);
          this.db.exec(outer ? 'release inner' : 'commit');
          return result;
        } catch (error) {
          this.db.exec(outer ? 'rollback to inner; release inner' : 'rollback');
          throw error;
        } finally {
          this.inTransaction = outer;
          this.save();
        }
      };
    }

    close() {
      this.db.close();
      this.open = false;
      return this;
    }
  }

  globalThis.affluentSqlite = Database;
}

const stand = 'data:text/javascript,export default globalThis.affluentSqlite;';
register(
  'data:text/javascript,' +
    encodeURIComponent(
      `export const resolve = (name, context, next) =>
        name === 'better-sqlite3' ? { url: ${JSON.stringify(stand)}, shortCircuit: true } : next(name, context);`,
    ),
);
