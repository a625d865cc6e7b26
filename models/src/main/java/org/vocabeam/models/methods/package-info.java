/**
 * The registration of the methods, apart from both the methods and what they share, so that neither
 * knows all methods. A recipe's JSON lives here, because it names methods.
 */
package org.vocabeam.models.methods;
