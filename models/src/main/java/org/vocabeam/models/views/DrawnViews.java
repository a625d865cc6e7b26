package org.vocabeam.models.views;

import java.util.List;

/**
 * Views of one kind of one image, as they were drawn: which parts of it they show, and how their
 * colours change.
 *
 * @param spec kind of view
 * @param cuts of the image, {@link ViewSpec#cuts} squares of {@link ViewSpec#cutSize}
 * @param parameters of the colours, {@code [count, ViewSpec.width()]} row-major
 */
public record DrawnViews(ViewSpec spec, List<Cut> cuts, float[] parameters) {}
