/**
 * The content of a store, for a person: a summary, its first rows, and a sheet of its pictures.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>Any Parquet file can be inspected.</b> The summary and the rows come from the file's own
 *       columns, not from our record types.
 *   <li><b>A kind of store with pictures is one small class</b> that implements {@link
 *       org.vocabeam.pipelines.inspect.Pictures} and is listed there. Rows of one picture each flow
 *       in a grid; where a row has several, such as the views of an image, each row is a line.
 *   <li><b>Small pictures are enlarged by whole factors</b> without smoothing, so that a pixel can
 *       be seen; large ones are shrunk by averaging areas.
 * </ul>
 */
package org.vocabeam.pipelines.inspect;
