import {
  Column,
  type ColumnOptions,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from "typeorm";

/**
 * Keys begin with the owner: a row that leads to another person's is impossible, and one schema serves one node and many,
 * for a distributed PostgreSQL wants the column it distributes by in every key.
 */
export function OwnerKey(table: string): PropertyDecorator {
  return PrimaryColumn({ type: "uuid", name: "user_id", primaryKeyConstraintName: `${table}_pkey` });
}

/** The rest of such a key; in the tables that Better Auth reads, the whole one. */
export function IdKey(table: string): PropertyDecorator {
  return PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: `${table}_pkey` });
}

/** The row goes when its owner goes. `rows`: where the owner lists such rows. */
export function OwnedBy<User>(
  table: string,
  user: () => new () => User,
  rows?: keyof User & string,
): PropertyDecorator {
  return both(
    ManyToOne(user, rows, { onDelete: "CASCADE" }),
    JoinColumn({ name: "user_id", foreignKeyConstraintName: `${table}_user_id_fkey` }),
  );
}

/** The row goes when the one it is part of goes, which has the same owner. `column`: the id of that one. */
export function PartOf<Whole>(
  foreignKeyConstraintName: string,
  column: string,
  whole: () => new () => Whole,
  parts: keyof Whole & string,
): PropertyDecorator {
  return both(
    ManyToOne(whole, parts, { onDelete: "CASCADE" }),
    JoinColumn([
      { name: "user_id", referencedColumnName: "userId", foreignKeyConstraintName },
      { name: column, referencedColumnName: "id", foreignKeyConstraintName },
    ]),
  );
}

/** The other side of `OwnedBy` or `PartOf`. */
export function ListOf<Row>(row: () => new () => Row, whole: keyof Row & string): PropertyDecorator {
  return OneToMany(row, whole);
}

/** In milliseconds, which is what JavaScript's dates hold. */
export function TimeColumn(name: string, options: Pick<ColumnOptions, "default" | "nullable"> = {}): PropertyDecorator {
  return Column({ type: "timestamptz", precision: 3, name, ...options });
}

/** When the statement's transaction began. */
export const now = () => "now()";

function both(first: PropertyDecorator, second: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    first(target, property);
    second(target, property);
  };
}
