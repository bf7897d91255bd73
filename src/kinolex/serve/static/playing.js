// Films that this browser cannot show: both players ask here whether one has to be converted.

/** Its sound alone can be played: the browser does not know the pictures' codec. */
function blind(video, pictured) {
  return video.readyState >= HTMLMediaElement.HAVE_METADATA && !video.videoWidth && pictured();
}

/** Call `convert`, once, where the browser cannot show a film; `pictured` says if it has pictures. */
export function whereUnplayable(video, pictured, convert) {
  let over = false;
  const look = (failed) => {
    if (over || !(failed || video.error || blind(video, pictured))) return;
    over = true;
    convert();
  };
  video.addEventListener("error", () => look(true));
  video.querySelector("source")?.addEventListener("error", () => look(true));
  video.addEventListener("loadedmetadata", () => look(false));
  // All of this may have happened before we were there to hear of it. A player without a source is
  // asked a little later: for a moment after it got one it says that it has none.
  look(false);
  setTimeout(() => look(video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE), 700);
}
