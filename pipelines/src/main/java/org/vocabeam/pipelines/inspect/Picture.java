package org.vocabeam.pipelines.inspect;

import java.util.List;
import org.vocabeam.transforms.image.Pixels;

/**
 * A picture on a sheet.
 *
 * @param caption lines below it: what it is first, then where it comes from
 */
public record Picture(Pixels pixels, List<String> caption) {
  public Picture {
    caption = List.copyOf(caption);
  }
}
