/**
 * Parquet stores: the output of one stage and the input of the next.
 *
 * <p>A store is a directory of {@code part-00000-of-00004.parquet} files and a {@code _SUCCESS}
 * file. Decisions:
 *
 * <ul>
 *   <li><b>Complete or not there.</b> Every file is written under a temporary name and renamed when
 *       it is whole; {@code _SUCCESS} (JSON: store name, rows, shards, provenance) comes last, from
 *       the driver, after the pipeline has finished. A reader refuses a directory without it. A
 *       retried bundle writes the same bytes over the same name.
 *   <li><b>Not overwritten by accident.</b> Writing over a complete store is refused unless asked
 *       for. Parts that an interrupted run left are removed without asking. Files with other names
 *       are never touched.
 *   <li><b>The bytes depend on the rows alone</b>, not on their order of arrival or the number of
 *       workers: a row's shard is the hash of its id, and rows are sorted by that hash within the
 *       shard. So a store is also shuffled: every row group is a mix of all classes. Two stores
 *       with the same ids and the same number of shards have their rows in the same order; rows of
 *       the one that belong to a row group of the other are a range ({@link
 *       org.vocabeam.transforms.store.AlignedRows}), and nobody joins them.
 *   <li><b>Every shard has a file</b>, also without rows, so an empty store has a schema.
 *   <li><b>The fingerprint</b> of a store comes from a hash of the rows that each file carries in
 *       its key-value metadata ({@code vocabeam.content}): it needs the footers only, and changes
 *       with the data, the order of the rows and the schema, but not with the place, the
 *       compression or the size of the row groups.
 *   <li><b>Footers count the values of a column.</b> A run must know how many images of its split
 *       each row group has, before it reads any; Parquet's statistics tell only of row groups with
 *       one split. Files of a type with a {@linkplain
 *       org.vocabeam.transforms.parquet.RecordType#tallied tallied} column carry the counts ({@code
 *       vocabeam.tally.split}). Where neither tells, that column alone is read.
 *   <li><b>Memory.</b> A shard is sorted in a local temporary file: 50 bytes for each of its rows
 *       and one row group are in memory. 1 GB of images as one shard needs 256 MB of heap. Rows
 *       that are made one by one from another store's shard come in its order already, and are
 *       appended ({@link org.vocabeam.transforms.store.OpenShard}).
 *   <li><b>Other engines' stores.</b> A directory of Parquet files with an empty {@code _SUCCESS}
 *       is a store too: all {@code *.parquet} in it, in the order of their names. The fingerprint
 *       of such a store is a hash of its files' bytes, since a footer need not change with a pixel;
 *       that reads the store once more.
 *   <li><b>Views.</b> Several stores are one to every reader by a {@code _SUCCESS} that names their
 *       files by relative paths ({@link org.vocabeam.transforms.store.StoreView}): a store grows
 *       without being copied, and every state of it stays. The rows of a view are sorted in each of
 *       its stores, not over all; so no other store has its rows in the same order, and stores that
 *       are read beside images (targets, stored views) are refused for them.
 * </ul>
 */
package org.vocabeam.transforms.store;
