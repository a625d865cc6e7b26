package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vocabeam.models.UserError;

/** Kind of source. A new one is a class and a line in {@link #ALL}. */
interface SourceFormat {
  /**
   * Formats in the order in which they are tried. A folder with images is one whatever else is in
   * it; only a view has no other file that would tell what it is.
   */
  List<SourceFormat> ALL =
      List.of(
          new StoreViewFormat(),
          new FolderFormat(),
          new IdxFormat(),
          new ArchiveFormat(),
          new StoreFormat(),
          new LinkFormat(),
          new ParquetFormat());

  /** Name for users, as in "a tar". */
  String name();

  /**
   * Lists a source and cuts it into parts.
   *
   * @return empty when these files have another format
   * @throws UserError when they have this format, but are damaged or do not fit the options
   */
  Optional<ImageSource> open(SourceFiles files) throws IOException;
}
